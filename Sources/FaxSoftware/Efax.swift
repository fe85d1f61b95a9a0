import FaxDSP
import Foundation

/// efax (Debian's `efax`) on a soft modem: one call, sent or received.
final class Efax: FaxProgram {
    private let program: ChildProgram
    private let folder: URL

    /// What it says to the modem first: factory settings, no echo, on hook without DTR, patience of two minutes.
    private static let modem = ["-o1", "-iZ", "-i&FE&D2S7=120", "-kZ"]

    private init(_ device: String, in folder: URL, _ arguments: [String]) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        program = try ChildProgram(
            "/usr/bin/efax", ["-d", device] + Self.modem + ["-v", "chewmainrxtf"] + arguments, in: folder,
            log: folder.appending(path: "efax.log"))
    }

    static func send(_ pages: [PageBitmap], to number: String, on device: String, in folder: URL) throws -> Efax {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let document = folder.appending(path: "document.tif")
        try Data(try TIFFDocument.write(pages, coding: .mh)).write(to: document)
        return try Efax(device, in: folder, ["-l", "+1 555 0200", "-t", "T" + number, document.path])
    }

    /// Answers the next call.
    static func receive(on device: String, in folder: URL) throws -> Efax {
        // Without S0 it waits for a ring and never answers.
        try Efax(device, in: folder, ["-l", "+1 555 0300", "-w", "-iS0=1", "-r", folder.appending(path: "page").path])
    }

    var isReady: Bool { program.said.contains("waiting for activity") }

    /// What it sent is the document's rows; it adds a line at the head only when it is told to.
    func waitForEnd(_ patience: Duration) -> Bool { program.wait(patience) == 0 }

    func receivedPages() throws -> [PageBitmap] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasPrefix("page.") }.sorted().flatMap { name in
            try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: name))))
        }
    }

    func end() { program.end() }

    var story: String { program.said }
}
