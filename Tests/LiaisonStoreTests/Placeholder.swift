// Tests of LiaisonStoreTests stand here.
