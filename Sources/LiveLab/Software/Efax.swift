import FaxCore
import FaxDSP
import Foundation

/// efax (Debian's `efax`) on a modem: one call, sent or received.
public final class Efax: FaxProgram {
    /// How it speaks to the modem.
    public enum Class: String, Sendable {
        case one = "-o1"
        case two = "-o2"
        case twoPointZero = "-o0"
    }

    private let program: ChildProgram
    private let folder: URL

    /// What it says to the modem first: factory settings, no echo, on hook without DTR, patience of two minutes.
    private static let modem = ["-iZ", "-i&FE&D2S7=120", "-kZ"]

    private init(_ device: String, _ serviceClass: Class, in folder: URL, _ arguments: [String]) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        program = try ChildProgram(
            "/usr/bin/efax", ["-d", device, serviceClass.rawValue] + Self.modem + ["-v", "chewmainrxtf"] + arguments,
            folder: folder,
            log: "efax.log")
    }

    public static func send(
        _ pages: [PageBitmap], to number: String, on device: String, in folder: URL, as serviceClass: Class = .one
    ) throws -> Efax {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Of a TIFF it would send what stands behind the last row, too.
        let files = try pages.enumerated().map { index, page in
            let file = folder.appending(path: "document\(index).pbm")
            try Data(Array("P4\n\(page.widthPx) \(page.heightPx)\n".utf8) + page.octets).write(to: file)
            return file.path
        }
        // A line at the head of pages could not be told from their rows; what is left of it is white.
        return try Efax(
            device, serviceClass, in: folder, ["-l", "+1 555 0200", "-h", "", "-t", "T" + number] + files)
    }

    /// Answers the next call.
    public static func receive(on device: String, in folder: URL, as serviceClass: Class = .one) throws -> Efax {
        // Without S0 it waits for a ring and never answers.
        try Efax(
            device, serviceClass, in: folder,
            ["-l", "+1 555 0300", "-w", "-iS0=1", "-r", folder.appending(path: "page").path])
    }

    /// `efax v 0.9a-001114`, out of a line that begins with program and date.
    static var version: String {
        let line = ChildProgram.version("/usr/bin/efax", [])
        return line.firstRange(of: "efax v ").map { found in
            String(line[found.lowerBound...].prefix { $0 != "C" }).trimmingCharacters(in: .whitespaces)
        } ?? line
    }

    var isReady: Bool { program.output(last: 100_000).contains("waiting for activity") }

    public func waitForEnd(_ patience: Duration) -> Bool { program.wait(within: patience) == 0 }

    public func receivedPages() throws -> [PageBitmap] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasPrefix("page.") }.sorted().flatMap { name in
            try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: name))))
        }
    }

    public func end() { program.end() }

    public var story: String { program.output(last: 100_000) }
}
