import FaxCore

/// What a file that is no capture looks like by its first octets, for an error that helps.
enum FileKind {
    private static let magics: [(offset: Int, magic: [UInt8], name: String)] = [
        (0, [0x25, 0x50, 0x44, 0x46], "a PDF document"),
        (8, [0x57, 0x41, 0x56, 0x45], "a WAV recording"),
        (0, [0x66, 0x4C, 0x61, 0x43], "a FLAC recording"),
        (0, [0x2E, 0x73, 0x6E, 0x64], "an AU recording"),
        (0, [0x49, 0x49, 0x2A, 0x00], "a TIFF image"),
        (0, [0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
        (0, [0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        (0, [0x7F, 0x45, 0x4C, 0x46], "a program"),
        (0, [0x50, 0x4B, 0x03, 0x04], "a ZIP archive: unpack it first"),
        (257, [0x75, 0x73, 0x74, 0x61, 0x72], "a tar archive: unpack it first"),
        (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data: unpack them first"),
        (0, [0x42, 0x5A, 0x68], "bzip2 data: unpack them first"),
        (0, [0x04, 0x22, 0x4D, 0x18], "lz4 data: unpack them first"),
        (0, [0x73, 0x6E, 0x6F, 0x6F, 0x70, 0x00], "a snoop capture: convert it with editcap"),
        (0, [0x47, 0x4D, 0x42, 0x55], "a Network Monitor capture: convert it with editcap"),
        (0, [0x52, 0x54, 0x53, 0x53], "a Network Monitor capture: convert it with editcap"),
        (0, [0x54, 0x52, 0x53, 0x4E, 0x49, 0x46, 0x46], "a Sniffer capture: convert it with editcap"),
    ]

    /// `nil` when the octets do not tell.
    static func name(_ bytes: RawSpan) -> String? {
        let first = bytes.extracting(0..<min(512, bytes.byteCount)).copied()
        for (offset, magic, name) in magics where first.dropFirst(offset).starts(with: magic) { return name }
        return first.count >= 8 && first.allSatisfy(isText) ? text(first) : nil
    }

    private static func isText(_ octet: UInt8) -> Bool { (0x20..<0x7F).contains(octet) || (9...13).contains(octet) }

    private static func text(_ first: [UInt8]) -> String {
        switch first.first(where: { $0 > 0x20 }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): "JSON"
        case UInt8(ascii: "<"): "XML or HTML"
        default: "text"
        }
    }
}
