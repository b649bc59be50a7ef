"""Charts and pages for people: Altair draws them, vl-convert makes pictures of them, and nothing is fetched for it."""
