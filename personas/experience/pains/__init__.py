"""Pain points and delights from every source, ranked by kind, and the playbook of remedies."""
