import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// What the flows of a capture carry, as the analysis found it.
struct FlowBook {
    struct Key: Hashable {
        var source: Endpoint
        var destination: Endpoint
    }

    /// One stream of a flow, numbered over the whole capture.
    struct Use {
        var number: Int
        var stream: MediaStream
    }

    private(set) var uses: [Key: [Use]] = [:]

    init(_ calls: [AnalyzedCall]) {
        for (number, stream) in calls.flatMap(\.call.streams).enumerated() {
            uses[Key(source: stream.from, destination: stream.to), default: []].append(
                Use(number: number, stream: stream))
        }
    }

    subscript(source: Endpoint, destination: Endpoint) -> [Use] {
        uses[Key(source: source, destination: destination)] ?? []
    }
}
