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

    /// One stream of a flow.
    struct Use {
        var kind: MediaStream.Kind
        var codec: String?
        var frames: ClosedRange<UInt32>
        var formats: [UInt8: String]
        var negotiatedVersion: Int?
    }

    private(set) var uses: [Key: [Use]] = [:]

    init(_ calls: [AnalyzedCall]) {
        for stream in calls.flatMap(\.call.streams) {
            let use = Use(
                kind: stream.kind, codec: stream.codec, frames: stream.firstFrame.number...stream.lastFrame.number,
                formats: stream.audio?.formats ?? [:], negotiatedVersion: stream.t38?.negotiatedVersion)
            uses[Key(source: stream.from, destination: stream.to), default: []].append(use)
        }
    }

    subscript(source: Endpoint, destination: Endpoint) -> [Use] {
        uses[Key(source: source, destination: destination)] ?? []
    }
}
