enum PlaceholderLiaisonReplica {}
