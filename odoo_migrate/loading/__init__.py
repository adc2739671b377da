"""Loading a validated project into Odoo: runs, their journal, and what is sent.

runs         runs/<id>/: what will be sent, with its hashes; one process at a time
journal      what was meant and what was done, on disk before it counts
comparing    whether Odoo holds what the payload says
grouping     which columns go along with which record
batching     how many records go in one call
sending      one call, and what to do when Odoo refuses some of it
records_of   what Odoo holds for the records of a chunk
running      all steps over all connections
"""
