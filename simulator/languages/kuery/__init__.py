"""The Kibana Query Language: grammar -> AST -> plan."""
