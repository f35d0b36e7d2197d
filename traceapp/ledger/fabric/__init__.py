"""The ledger on Hyperledger Fabric 3: its Gateway, Deliver and Endorser services, over gRPC.

`config` what one connection file says · `protos`, `wire` channels to peers and fail-over · `status` what errors mean
· `identity` why a certificate is denied · `gateway` transactions · `system` what a peer's own contract tells ·
`deliver` blocks · `attest` signed answers of several organisations · `trust` the trust file · `adapter` the port.
"""
