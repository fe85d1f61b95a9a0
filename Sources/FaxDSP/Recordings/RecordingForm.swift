import FaxWire
import Foundation

/// How a file holds sound.
public enum RecordingForm: Sendable, Hashable {
    /// A format that tells about itself (WAV, FLAC, AU, AIFF, Ogg …).
    case container
    /// Octets of G.711 at 8 kHz, channel by channel.
    case raw(G711, channels: Int)

    /// What the file at `path` is by its first octets, else by the ending of its name (`.ul`, `.ulaw`, `.al`,
    /// `.alaw`); `nil`: not a recording, or nothing that can be looked at twice (a pipe).
    public static func of(path: String) -> RecordingForm? {
        guard let first = firstOctets(path) else { return nil }
        if isContainer(first) { return .container }
        if captureMagics.contains(where: { first.starts(with: $0) }) || first.isEmpty { return nil }
        switch (path as NSString).pathExtension.lowercased() {
        case "ul", "ulaw": return .raw(.muLaw, channels: 1)
        case "al", "alaw": return .raw(.aLaw, channels: 1)
        default: return nil
        }
    }

    private static let containerMagics: [(magic: String, kind: [String])] = [
        ("RIFF", ["WAVE"]), ("RIFX", ["WAVE"]), ("RF64", ["WAVE"]), ("FORM", ["AIFF", "AIFC", "8SVX"]), ("riff", []),
        ("fLaC", []), (".snd", []), ("dns.", []), ("caff", []), ("OggS", []), ("NIST_1A", []),
        ("Creative Voice File", []), ("ID3", []),
    ]

    private static let captureMagics: [[UInt8]] = [
        [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D], [0x4D, 0x3C, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ]

    /// `first`: at least 20 octets, fewer where the file ends before.
    public static func isContainer(_ first: [UInt8]) -> Bool {
        containerMagics.contains { entry in
            guard first.starts(with: entry.magic.utf8) else { return false }
            return entry.kind.isEmpty || entry.kind.contains { first.dropFirst(8).starts(with: $0.utf8) }
        }
    }

    private static func firstOctets(_ path: String) -> [UInt8]? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let file = FileHandle(forReadingAtPath: path)
        else { return nil }
        defer { try? file.close() }
        return (try? file.read(upToCount: 20)).flatMap { $0 }.map { Array($0) } ?? []
    }
}
