import FaxDSP
import FaxWire

/// How a DCS says that pages come (T.30 5.3.6.2, Table 2).
struct ImageSettings: Sendable, Hashable {
    var modem: T38Modem?
    var rateBps: Int?
    var ecm: Bool
    /// Octets of an ECM frame.
    var frameOctets: Int
    /// `MH`, `MR`, `MMR`, `JBIG`, `JPEG`.
    var compression: String
    var resolution: Resolution
    var widthPx: Int

    init(_ command: DigitalCommand) {
        modem = command.modulation?.modem
        rateBps = command.modulation?.rateBps
        ecm = command.ecm
        frameOctets = command.frameOctets
        compression = command.compression.rawValue
        resolution = Resolution(x: command.resolution.x, y: command.resolution.y)
        widthPx = command.widthPx
    }

    var decoderCompression: PageDecoder.Compression? { PageDecoder.Compression(rawValue: compression) }
}
