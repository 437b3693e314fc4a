"""Plans that come with the site: data files an office can read (plan_<year>/) and what loads them."""
