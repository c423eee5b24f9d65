// Tests of LiaisonSyncTests stand here.
