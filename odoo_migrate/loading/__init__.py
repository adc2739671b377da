"""Load a validated project into Odoo.

runs             runs/<id>/: what will be sent, with its hashes; one process at a time
journal          what was meant and what was done, on disk before it counts
run_load         all steps of a run over all connections, and the retry of what failed
run_server       which database a run belongs to, and the context of its calls
run_status       how far a run is, and what failed
chunk_load       one chunk of records: compare, send, look at what came of it
connections      several logins at work on a list of chunks
record_calls     one call: how many records it holds, and what to do when Odoo refuses some
sent_columns     which columns go along with which record
stored_values    whether Odoo holds what a cell says, and what it keeps differently
adoption         records that Odoo had before get the project's external IDs
record_matching  which records of Odoo the records of a payload already are
rollback         a run is taken back
created_records  what a run created, and what people added since
dry_run          Odoo's import wizard tries every record
server_checks    what only the server knows of a project
"""
