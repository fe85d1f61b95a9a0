import FaxCore
import FaxDSP
import Foundation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// `faxprobe send --jobs` as a process that is killed, stopped and started again, against `faxprobe receive`.
@Suite(.live) struct JobCommandTests {
    @Test func aListIsSentOnce() async throws {
        try await JobCommand.withFolder { folder in
            let place = try JobPlace(folder)
            try place.write("destination,files\nsip:1@HERE,one.tif\nsip:2@HERE,one.tif|two.tif\n")
            let sender = try place.send(["--concurrency", "2"])
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            #expect(sender.jobs["confirmed"] == 2 && sender.jobs["confirmed_before"] == 0)
            let again = try place.send()
            #expect(again.end() == 0, "\(again.text)\(again.complaint)")
            #expect(again.jobs["confirmed_before"] == 2 && again.states.isEmpty, "\(again.text)")
            #expect(try place.received().sorted() == [1, 3])
        }
    }

    /// What has been written when the process is killed, and whether the fax is told as unknown.
    private static let phases: [(String, Int)] = [
        ("\"state\":\"calling\"", 0), ("\"event\":\"answered\"", 0), ("\"carried_by\":\"t38\"", 0),
        ("\"event\":\"page\"", 1),
    ]

    @Test(arguments: phases)
    func aKilledRunGoesOn(mark: String, confirmed: Int) async throws {
        try await JobCommand.withFolder { folder in
            let place = try JobPlace(folder)
            try place.write("destination,files\nsip:1@HERE,two.tif\n")
            let sender = try place.send()
            #expect(sender.awaits(mark), "\(sender.text)\(sender.complaint)")
            sender.signal(SIGKILL)
            _ = sender.end()
            let second = try place.send()
            #expect(second.end() == 1, "\(second.text)\(second.complaint)")
            #expect(second.states == ["unknown"] && second.jobs["unknown"] == 1, "\(second.text)")
            let third = try place.send(["--retry-unknown"])
            #expect(third.end() == 0, "\(third.text)\(third.complaint)")
            #expect(third.states == ["calling", "confirmed"], "\(third.text)")
            let fourth = try place.send()
            #expect(fourth.end() == 0 && fourth.states.isEmpty, "\(fourth.text)\(fourth.complaint)")
            // What was confirmed before it was killed was not sent again.
            let pages = try place.received()
            #expect(pages.reduce(0, +) == 2, "\(pages)")
            #expect(pages.contains(2 - confirmed), "\(pages)")
        }
    }

    /// SIGTERM ends the call with BYE; a second run on the same journal is refused; the next one goes on.
    @Test func aStoppedRunGoesOn() async throws {
        try await JobCommand.withFolder { folder in
            let place = try JobPlace(folder)
            try place.write("name,destination,files\nfirst,sip:1@HERE,two.tif\nsecond,sip:2@HERE,one.tif\n")
            let sender = try place.send()
            #expect(sender.awaits("\"carried_by\":\"t38\""), "\(sender.text)\(sender.complaint)")
            let other = try place.send()
            #expect(other.end() == 3 && other.complaint.contains("in use"), "\(other.complaint)")
            sender.signal(SIGTERM)
            #expect(sender.end() == 1, "\(sender.text)\(sender.complaint)")
            #expect(sender.states == ["calling", "open"] && sender.jobs["open"] == 2, "\(sender.text)")
            #expect(place.receiver.awaits("\"by\":\"them\",\"cause\":\"BYE\""), "\(place.receiver.text)")
            let again = try place.send()
            #expect(again.end() == 0, "\(again.text)\(again.complaint)")
            #expect(again.states == ["calling", "confirmed", "calling", "confirmed"], "\(again.text)")
            #expect(try place.received().sorted() == [1, 2])
        }
    }

    /// A running call may end by itself; no further one begins.
    @Test func aStoppedRunMayFinishItsCall() async throws {
        try await JobCommand.withFolder { folder in
            let place = try JobPlace(folder)
            try place.write("destination,files\nsip:1@HERE,one.tif\nsip:2@HERE,one.tif\n")
            let sender = try place.send(["--drain", "100s"])
            #expect(sender.awaits("\"event\":\"answered\""), "\(sender.text)\(sender.complaint)")
            sender.signal(SIGTERM)
            #expect(sender.end() == 1, "\(sender.text)\(sender.complaint)")
            #expect(sender.jobs["confirmed"] == 1 && sender.jobs["open"] == 1, "\(sender.text)")
        }
    }

    /// Refused for good, and refused for now.
    @Test func whatIsRefusedIsCalledAgainOnlyWhereItMakesSense() async throws {
        let refusing = try LiveEndpoint(EndpointSettings(listen: FaxOnLoopback.anyPort))
        defer { refusing.close() }
        var stranger = EndpointSettings(listen: FaxOnLoopback.anyPort)
        stranger.allowedCallers = [IPAddress(v4: 0xC000_0201)]
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        stranger.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        let forbidding = try LiveEndpoint(stranger)
        defer { forbidding.close() }
        let (first, second) = ("\(refusing.address)", "\(forbidding.address)")
        try await JobCommand.withFolder { folder in
            try Data(try TIFFDocument.write([TextLikePage(heightPx: 60, seed: 1).bitmap()])).write(
                to: folder.appending(path: "one.tif"))
            let list = "destination,files\nsip:1@\(first),one.tif\nsip:2@\(second),one.tif\n"
            try Data(list.utf8).write(to: folder.appending(path: "list.csv"))
            let sender = try JobCommand(
                ["send", "--jobs", "list.csv", "--json", "--tries", "2", "--retry-pause", "300ms"] + JobCommand.ports(),
                in: folder)
            #expect(sender.end() == 1, "\(sender.text)\(sender.complaint)")
            let stories = sender.events.filter { $0["event"] as? String == "job" }.map {
                "\($0["job"] ?? "") \($0["state"] ?? "") \($0["kind"] ?? "") \($0["try"] ?? "")"
            }
            #expect(
                stories.filter { $0.hasPrefix("job 1") && !$0.contains("calling") }
                    == ["job 1 waiting no-answer 1", "job 1 failed no-answer 2"], "\(stories)")
            #expect(stories.filter { $0.hasPrefix("job 2") && !$0.contains("calling") } == ["job 2 failed refused 1"])
        }
        try? FileManager.default.removeItem(at: folder)
        refusing.stop()
        forbidding.stop()
    }

    /// What flip-flop remembers decides the next call, and what came of it is remembered.
    @Test func flipFlopGoesByItsMemory() async throws {
        try await JobCommand.withFolder { folder in
            let place = try JobPlace(folder)
            let theirs = "sip:1@\(place.address)"
            let file = PolicyMemoryFile(path: folder.appending(path: "memory.json").path)
            let now = Instant(seconds: Date.now.timeIntervalSince1970)
            _ = try file.update {
                $0[NumberPair(ours: "faxprobe", theirs: theirs)] = PolicyMemory.Entry(
                    carrier: .t38, isGood: false, at: now)
            }
            let sender = try JobCommand(
                [
                    "send", theirs, "one.tif", "--policy", "flip-flop", "--policy-memory", "memory.json", "--json",
                    "--timeout", "100",
                ] + JobCommand.ports(), in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            let policy = sender.events.compactMap { $0["policy"] as? [String: Any] }.first
            #expect(policy?["transport"] as? String == "g711", "\(sender.text)")
            #expect((policy?["sentence"] as? String)?.contains("T.38 failed last") == true, "\(sender.text)")
            // A busy machine may fail in audio; then T.38 has its turn, and the last word is remembered.
            let last = sender.events.last { $0["event"] as? String == "job" }
            #expect(last?["state"] as? String == "confirmed", "\(sender.text)")
            let carrier = try #require((last?["fax"] as? [String: Any])?["carried_by"] as? String)
            let entry = try file.read().memory.all.first?.entry
            #expect(entry?.carrier.rawValue == carrier && entry?.isGood == true, "\(sender.text)")
        }
    }
}
