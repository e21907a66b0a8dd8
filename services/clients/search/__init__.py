"""One search over clients, projects, invoices and documents."""
