extension CompareFinding {
    /// The failure modes that a comparison of two captures may find. The raw value is the id in the failure catalogue.
    public enum Mode: String, Sendable, CaseIterable {
        case oneWayMedia = "one-way-media"
        case udptlLossRepaired = "udptl-loss-repaired"
        case udptlLossUnrepaired = "udptl-loss-unrepaired"
        case rtpLossPassthrough = "rtp-loss-passthrough"
        case rtpJitterExceedsBuffer = "rtp-jitter-exceeds-buffer"
        case mediaAltered = "media-altered"
        case mediaInjected = "media-injected"
        case sipALGRewrite = "sip-alg-rewrite"
        case udptlTransportRewritten = "udptl-transport-rewritten"
        case sipLost = "sip-lost"
        case ifpECMBitCleared = "ifp-ecm-bit-cleared"
        case t30Edited = "t30-edited"
        case mpsLost = "mps-lost"
        case t30Lost = "t30-lost"
    }
}
