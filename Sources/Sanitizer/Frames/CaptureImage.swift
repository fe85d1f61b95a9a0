import FaxCore
import FaxWire
import PcapDecode

/// A capture in memory: as it was read, and as it is going to be written.
struct CaptureImage {
    enum Limit {
        /// Octets of frames held at one time; each is held twice.
        static let octets = 2 << 30
    }

    struct Frame {
        var header: FrameHeader
        let original: [UInt8]
        var octets: [UInt8]
    }

    var frames: [Frame] = []
    let form: CaptureForm
    let warnings: [CaptureWarning]

    init(path: String) throws {
        let reader = try CaptureReader(path: path)
        var size = 0
        while let header = reader.next() {
            // Records that could not be read have their number all the same.
            while frames.count + 1 < Int(header.ref.number) {
                var missing = header
                missing.ref = FrameRef(number: UInt32(frames.count + 1))
                missing.capturedLength = 0
                missing.originalLength = 0
                frames.append(Frame(header: missing, original: [], octets: []))
            }
            size += reader.bytes.byteCount
            guard size <= Limit.octets else { throw SanitizeError.tooLarge(path: path, limit: Limit.octets) }
            let octets = reader.bytes.copied()
            frames.append(Frame(header: header, original: octets, octets: octets))
        }
        form = reader.form
        warnings = reader.warnings.kept
    }

    /// The octets of `pieces` as they are going to be written.
    func octets(_ pieces: [Piece]) -> [UInt8] {
        guard pieces.count != 1 else { return Array(frames[pieces[0].frame].octets[pieces[0].range]) }
        return pieces.flatMap { frames[$0.frame].octets[$0.range] }
    }

    func original(_ pieces: [Piece]) -> [UInt8] {
        pieces.flatMap { frames[$0.frame].original[$0.range] }
    }

    /// Puts octets back to where they came from; there are as many as `pieces` hold.
    mutating func put(_ octets: [UInt8], at pieces: [Piece]) {
        var start = 0
        for piece in pieces {
            let end = start + piece.range.count
            precondition(end <= octets.count)
            frames[piece.frame].octets.replaceSubrange(piece.range, with: octets[start..<end])
            start = end
        }
        precondition(start == octets.count)
    }

    mutating func zero(_ piece: Piece) {
        for index in piece.range { frames[piece.frame].octets[index] = 0 }
    }

    /// The file: of the same kind, with times as exact, without names, comments and secrets.
    func written() -> [UInt8] {
        switch form {
        case .pcap(let header): pcap(header)
        case .pcapng(let interfaces): pcapng(interfaces)
        }
    }

    private func pcap(_ header: PcapHeader) -> [UInt8] {
        var plain = header
        plain.isModified = false
        var writer = PcapWriter(plain)
        for frame in frames {
            writer.append(time: frame.header.time, frame: frame.octets, originalLength: frame.header.originalLength)
        }
        return writer.bytes
    }

    private func pcapng(_ interfaces: [PcapngInterface]) -> [UInt8] {
        var writer = PcapngWriter()
        for interface in interfaces {
            writer.interface(
                PcapngInterface(
                    linkType: interface.linkType, snapshotLength: interface.snapshotLength,
                    clock: PcapngClock(resolution: Self.resolution(interface.clock))))
        }
        for frame in frames {
            let index = Int(frame.header.interface)
            let clock = index < interfaces.count ? interfaces[index].clock : PcapngClock()
            writer.packet(
                interface: frame.header.interface,
                ticks: Self.ticks(frame.header.time, Self.resolution(clock)), frame: frame.octets,
                originalLength: frame.header.originalLength)
        }
        return writer.bytes
    }

    /// Powers of ten up to nanoseconds as they are; what counts otherwise is written in nanoseconds.
    private static func resolution(_ clock: PcapngClock) -> UInt8 { clock.resolution <= 9 ? clock.resolution : 9 }

    private static func ticks(_ time: Instant, _ resolution: UInt8) -> UInt64 {
        var divisor: Int64 = 1
        for _ in resolution..<9 { divisor *= 10 }
        return UInt64(max(0, time.nanoseconds / divisor))
    }
}

/// Why a capture cannot be sanitised at all.
public enum SanitizeError: Error, CustomStringConvertible {
    case tooLarge(path: String, limit: Int)
    case isOwnInput(path: String)
    case isMapAndOutput(path: String)
    /// A folder or a device stands under that name.
    case isNoFile(path: String)
    case exists(path: String)
    case notWritten(path: String, reason: String)

    public var description: String {
        switch self {
        case .tooLarge(let path, let limit): "\(path): more than \(limit >> 20) MiB of frames; split it first"
        case .isOwnInput(let path): "\(path): is the input itself"
        case .isMapAndOutput(let path): "\(path): cannot be the capture to share and the map of its secrets"
        case .isNoFile(let path): "cannot write \(path): it is no file"
        case .exists(let path): "\(path) exists: --force overwrites it"
        case .notWritten(let path, let reason): "cannot write \(path): \(reason)"
        }
    }
}
