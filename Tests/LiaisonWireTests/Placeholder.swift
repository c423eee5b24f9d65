// Tests of LiaisonWireTests stand here.
