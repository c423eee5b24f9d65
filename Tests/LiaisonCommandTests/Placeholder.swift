// Tests of LiaisonCommandTests stand here.
