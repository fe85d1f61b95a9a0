import PcapDecode

/// Calls that have ended and wait to be analysed one after the other. What analysing a call wants of the program is
/// long gone from the processor's caches when the next one ends a million octets later; calls that cost little but that
/// are gathered.
struct CallGroup {
    /// Calls analysed in a row.
    let limit: Int
    private(set) var calls: [Call] = []

    /// Calls whose audio or pages are read cost far more than the way to them, and are better spread over threads.
    init(_ options: AnalysisRunner.Options) {
        limit = options.decoder.keepsAudio || options.analyzer.decodePages ? 1 : 8
    }

    var isEmpty: Bool { calls.isEmpty }

    /// - Returns: the whole group, when it is full.
    mutating func add(_ call: Call) -> [Call]? {
        calls.append(call)
        return calls.count < limit ? nil : take()
    }

    mutating func take() -> [Call] {
        defer { calls = [] }
        return calls
    }
}
