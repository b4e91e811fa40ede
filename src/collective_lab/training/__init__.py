"""How the firm trains: `label_noise` says what it is told, `device` where, `fast` how."""
