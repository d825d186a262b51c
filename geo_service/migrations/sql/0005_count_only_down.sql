ALTER TABLE building_month DROP COLUMN visits_count_only;
