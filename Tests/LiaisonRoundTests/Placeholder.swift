// Tests of LiaisonRoundTests stand here.
