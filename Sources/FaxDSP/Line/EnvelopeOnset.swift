extension Envelope {
    /// A pause this long, in blocks, parts two signals: 15 ms.
    private static let pauseBlocks = 3
    /// How much weaker than the signal its beginning may be.
    private static let onsetDropDB = 14.0
    /// A signal is not followed further back: 3 s.
    private static let reachBlocks = 600

    /// Where the signal began that is there at `sample`: the last pause before it, or silence below `thresholdDBm0`.
    func onset(before sample: Int, thresholdDBm0: Double) -> Int {
        let last = min(sample / Self.blockSamples, blockCount - 1)
        guard last >= 0 else { return 0 }
        let threshold = max(thresholdDBm0, levelDBm0(block: last) - Self.onsetDropDB)
        var onset = last
        var block = last
        while block >= 0, onset - block <= Self.pauseBlocks, last - block < Self.reachBlocks {
            if levelDBm0(block: block) >= threshold { onset = block }
            block -= 1
        }
        return min(sample, onset * Self.blockSamples)
    }
}
