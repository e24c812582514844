"""The KPIs: what each means and needs, from the customer table, answers, contacts, cases, contracts and staff."""
