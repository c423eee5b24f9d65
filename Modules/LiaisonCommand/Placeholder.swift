enum PlaceholderLiaisonCommand {}
