internal import CLiaisonProto

// Short names for what protoc-c generates.
typealias CRevision = Liaison__Sync__V1__Revision
typealias CField = Liaison__Sync__V1__Field
typealias CTexts = Liaison__Sync__V1__Texts
typealias CReferences = Liaison__Sync__V1__References
typealias CSchema = Liaison__Sync__V1__Schema
typealias CKind = Liaison__Sync__V1__Kind
typealias CFieldDefinition = Liaison__Sync__V1__FieldDefinition
typealias CConstraint = Liaison__Sync__V1__Constraint
typealias CCursor = Liaison__Sync__V1__Cursor
typealias CPullRequest = Liaison__Sync__V1__PullRequest
typealias CPullResponse = Liaison__Sync__V1__PullResponse
typealias CHeader = Liaison__Sync__V1__Header
typealias CServerLimits = Liaison__Sync__V1__ServerLimits
typealias CBatch = Liaison__Sync__V1__Batch
typealias CChange = Liaison__Sync__V1__Change
typealias CPushRequest = Liaison__Sync__V1__PushRequest
typealias CEdit = Liaison__Sync__V1__Edit
typealias CPushResponse = Liaison__Sync__V1__PushResponse
typealias CVerdict = Liaison__Sync__V1__Verdict
typealias CCommitted = Liaison__Sync__V1__Committed
typealias CStale = Liaison__Sync__V1__Stale
typealias CRefused = Liaison__Sync__V1__Refused
