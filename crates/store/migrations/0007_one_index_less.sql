-- What is unsent lies at the end of the phone's own log, which the primary key keeps in order: a tree less for each save.
DROP INDEX operation_unsent;
