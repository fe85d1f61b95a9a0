import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation
import LiveLab
import ServerDrivers
import Testing

/// The driver over a folder in which nobody is Asterisk: the test moves and writes files as Asterisk does.
@Suite struct CallFileDriverTests {
    private struct Spool {
        let folder: URL
        let driver: CallFileDriver
        var outgoing: URL { folder.appending(path: "outgoing") }
        var done: URL { folder.appending(path: "outgoing_done") }

        init() throws {
            folder = URL.temporaryDirectory.appending(path: "spool-\(UUID().uuidString.prefix(8))")
            for name in ["outgoing", "outgoing_done", "share"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            driver = CallFileDriver(
                .init(
                    spool: folder.appending(path: "outgoing").path, dial: "PJSIP/{number}@trunk",
                    share: ServerShare(here: folder.appending(path: "share").path, there: "/srv/fax")))
            try driver.open()
        }

        func names(_ name: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)
        }

        func submit(tries: Int = 1) throws -> String {
            var fax = ServerFax(pages: SoftwareCall.pages(1), number: "200")
            fax.tries = tries
            return try driver.submit(fax)
        }
    }

    @Test func aJobToItsEnd() throws {
        let spool = try Spool()
        defer { try? FileManager.default.removeItem(at: spool.folder) }
        let job = try spool.submit(tries: 3)
        #expect(try spool.names("outgoing") == ["faxprobe-\(job).call"])
        // Nothing is left beside the folder.
        #expect(try FileManager.default.contentsOfDirectory(atPath: spool.folder.path).count == 3)
        let file = spool.outgoing.appending(path: "faxprobe-\(job).call")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("Data: /srv/fax/faxprobe-\(job).tif\nArchive: yes\n"))
        #expect(text.contains("MaxRetries: 2\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        let document = spool.folder.appending(path: "share/faxprobe-\(job).tif").path
        #expect(try TIFFDocument.read(try FileOctets.read(document, limit: 1 << 20)).count == 1)
        #expect(try spool.driver.status(of: job).state == .waiting)
        try FileManager.default.moveItem(at: file, to: spool.done.appending(path: file.lastPathComponent))
        try Data((text + "Status: Completed\n").utf8).write(to: spool.done.appending(path: file.lastPathComponent))
        #expect(try spool.driver.status(of: job.uppercased()).state == .ended)
        #expect(!FileManager.default.fileExists(atPath: document))
        #expect(spool.driver.words.lines.contains("< Status: Completed"))
        #expect(spool.driver.words.lines.contains("> Application: SendFAX"))
    }

    @Test func aJobIsTakenBackWhileItWaits() throws {
        let spool = try Spool()
        defer { try? FileManager.default.removeItem(at: spool.folder) }
        let job = try spool.submit()
        try spool.driver.cancel(job)
        #expect(try spool.names("outgoing").isEmpty && spool.names("share").isEmpty)
        #expect(throws: ServerFailure.noSuchJob(job)) { try spool.driver.status(of: job) }
        let other = try spool.submit()
        let file = spool.outgoing.appending(path: "faxprobe-\(other).call")
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data((text + "\nStartRetry: 1 1 (17)\n").utf8).write(to: file)
        #expect(try spool.driver.status(of: other).state == .running)
        #expect(throws: ServerFailure.self) { try spool.driver.cancel(other) }
        // Asterisk may still read it.
        #expect(try spool.names("share").count == 1)
    }

    @Test(arguments: ["", "x", "../../etc/passwd", "7", "faxprobe-1"]) func noJobs(job: String) throws {
        let spool = try Spool()
        defer { try? FileManager.default.removeItem(at: spool.folder) }
        #expect(throws: ServerFailure.noSuchJob(job)) { try spool.driver.status(of: job) }
        #expect(throws: ServerFailure.noSuchJob(job)) { try spool.driver.cancel(job) }
    }

    @Test(arguments: ["", "200\nApplication: System", "200;", "a", "200@x", "20 0"])
    func noNumbers(number: String) throws {
        let spool = try Spool()
        defer { try? FileManager.default.removeItem(at: spool.folder) }
        #expect(throws: ServerFailure.self) {
            try spool.driver.submit(ServerFax(pages: SoftwareCall.pages(1), number: number))
        }
        #expect(try spool.names("outgoing").isEmpty && spool.names("share").isEmpty)
    }

    @Test func whatIsNoSpoolFolder() throws {
        let spool = try Spool()
        defer { try? FileManager.default.removeItem(at: spool.folder) }
        for name in ["elsewhere/outgoing", "share"] {
            let path = spool.folder.appending(path: name).path
            let setting = CallFileDriver.Setting(
                spool: path, dial: "PJSIP/{number}", share: ServerShare(here: "/tmp"))
            #expect(throws: ServerFailure.self) { try CallFileDriver(setting).open() }
        }
        #expect(throws: ServerFailure.self) { try spool.driver.receptions() }
        // A path that cannot stand in a call file: nothing is left behind.
        let setting = CallFileDriver.Setting(
            spool: spool.outgoing.path, dial: "PJSIP/{number}",
            share: ServerShare(here: spool.folder.appending(path: "share").path, there: "/my faxes"))
        #expect(throws: ServerFailure.self) {
            try CallFileDriver(setting).submit(ServerFax(pages: SoftwareCall.pages(1), number: "200"))
        }
        #expect(try spool.names("outgoing").isEmpty && spool.names("share").isEmpty)
    }
}
