"""What leaves by itself or in one piece: signed webhooks on the change feed, and the signed package of a month."""
