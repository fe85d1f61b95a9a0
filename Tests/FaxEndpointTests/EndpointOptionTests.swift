import Foundation
import Testing

/// Options of live calls that cannot be taken: status 2, and a sentence that says what could be.
@Suite struct EndpointOptionTests {
    private static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "faxprobe")

    static let rows: [(arguments: [String], says: String)] = [
        (["receive", "--dir", "in", "--max-rate", "12000"], "a receiver says which modems it has"),
        (["receive", "--dir", "in", "--max-rate", "9601"], "--max-rate wants 14400, 12000"),
        (["receive", "--dir", "in", "--format", "doc"], "--format"),
        (["receive", "--dir", "in", "--require-password", "secret"], "--require-password wants at most 20 digits"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--compression", "jbig"], "has no JBIG"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--compression", "mh,zip"], "--compression wants mh, mr and mmr"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--sub", "123456789012345678901"], "--sub wants at most 20 digits"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--scan-line", "7"], "--scan-line wants 0, 5, 10, 20 or 40"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--non-standard", "0g"], "--non-standard wants at most 100 octets"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--t38-redundancy", "3,3"], "one number or three"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--t38-fec", "64:2"], "--t38-fec wants SPAN:ENTRIES"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--t38-version", "4"], "--t38-version wants"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--t38-offer", "later"], "--t38-offer wants invite, never"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--t38-refuse", "200"], "--t38-refuse wants a status"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--jitter-buffer", "1ms"], "--jitter-buffer wants a time"),
        (["send", "sip:1@127.0.0.1", "a.tif", "--codec", "g729"], "--codec wants pcmu, pcma"),
        (["send", "sip:1@127.0.0.1", "--poll"], "--poll and --dir belong together"),
        (["send", "sip:1@127.0.0.1"], "Name a document to send"),
    ]

    @Test(arguments: rows.indices) func whatCannotBeTakenIsTold(row: Int) throws {
        let (arguments, says) = Self.rows[row]
        let process = Process()
        let errors = Pipe()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2, "\(arguments): \(text)")
        #expect(text.contains(says), "\(arguments): \(text)")
    }
}
