// Tests of LiaisonModelTests stand here.
