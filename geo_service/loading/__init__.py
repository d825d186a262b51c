"""Checked frames into the tables: COPY into a staging table, then one transaction, undoable as a batch."""
