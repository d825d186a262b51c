"""Joint inspections over the database: candidates, plans, records, measures, tickets, what was learnt."""
