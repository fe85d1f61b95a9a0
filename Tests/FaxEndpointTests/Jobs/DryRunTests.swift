import FaxDSP
import Foundation
import Simulator
import TestSupport
import Testing

/// What `--dry-run` says, and that it does nothing.
@Suite(.live) struct DryRunTests {
    /// Words of the command line, the status, and words of what is said.
    private static let plans: [(String, Int32, String)] = [
        ("send sip:1@192.0.2.9 one.tif --dry-run --policy flip-flop", 0, "nothing is remembered"),
        ("send sip:1@192.0.2.9 one.tif --dry-run --json", 0, "\"sizes_px\":[\"1728 × 120\"]"),
        ("send --jobs list.csv --dry-run", 0, "192.0.2.7:5060"), ("send --jobs bad.csv --dry-run", 2, "bad.csv:2:1"),
        ("send --jobs missing.csv --dry-run", 3, "missing.csv:2:17"),
        ("receive --dir made --dry-run --config c.yaml --line office", 0, "192.0.2.5:5060"),
        ("receive --dir /nowhere/made --dry-run", 3, "cannot be made"),
        ("receive --dir made --dry-run --config c.yaml --line machine", 0, "resolutions: standard\n"),
        ("receive --dir made --dry-run --config c.yaml --line machine --resolution fine", 0, "standard, fine\n"),
        (
            "receive --dir made --dry-run --config c.yaml --line machine", 0,
            "listen: tls:127.0.0.1:5061, udp:127.0.0.1:5060"
        ),
        ("receive --dir made --dry-run --config badkey.yaml", 2, "badkey.yaml:3:18: t38-version wants 0, 1, 2 or 3."),
        ("receive --dir made --dry-run --config c.yaml --line half", 2, "--tls-cert and --tls-key"),
        ("send sip:1@192.0.2.9 one.tif --dry-run --proxy tls:192.0.2.8", 0, "address: tls:192.0.2.8:5061"),
        ("send --jobs list.yaml --dry-run --json", 0, "\"policy\":{\"transport\":\"g711\",\"sentence\":\"audio only"),
        ("send sip:5@192.0.2.9 one.tif --dry-run --config rules.yaml", 0, "rule: sip:5@*\n"),
        ("send sip:5@192.0.2.9 one.tif --dry-run --config rules.yaml", 0, "sentence: audio only"),
        ("send sip:5@192.0.2.9 one.tif --dry-run --config rules.yaml --policy t38-only", 0, "sentence: T.38 only"),
        ("echo --dir made --dry-run --json", 0, "\"command\":\"echo\""),
        ("register --dry-run --config c.yaml --line office", 0, "from secret.txt"),
        ("register --dry-run --config c.yaml --line ofice", 2, "meant is perhaps 'office'"),
        ("send sip:1@192.0.2.9 one.tif --transport t38 --policy flip-flop", 2, "exclude"),
        ("send sip:1@192.0.2.9 one.tif --line office", 2, "--config"),
        ("send sip:1@192.0.2.9 one.tif --jobs list.csv", 2, "--jobs"),
    ]

    @Test(arguments: plans)
    func aDryRunSaysWhatWouldBeDone(words: String, status: Int32, mark: String) async throws {
        try await JobCommand.withFolder { folder in
            let files = [
                "list.csv": "destination,files\nsip:1@192.0.2.7,one.tif\n",
                "bad.csv": "destination,files\n555,one.tif\n",
                "missing.csv": "destination,files\nsip:1@192.0.2.7,none.tif\n", "secret.txt": "90210\n",
                "c.yaml": """
                lines:
                  office:
                    listen: 192.0.2.5:5060
                    registrar: sip:192.0.2.1
                    password-file: secret.txt
                  machine:
                    listen: ["tls:127.0.0.1", "udp:127.0.0.1"]
                    tls-cert: c.pem
                    tls-key: c.key
                    resolution: standard
                    sid-file: secret.txt
                    t38-ec: fec
                    t38-fill-bit-removal: true
                  half: {listen: "tls:127.0.0.1"}
                """,
                "rules.yaml": "destinations: [{match: \"sip:5@*\", policy: audio-only}]\n",
                "badkey.yaml": "lines:\n  a:\n    t38-version: 7\n",
                "list.yaml": "- {destination: \"sip:1@192.0.2.7\", files: one.tif, policy: audio-only}\n",
            ]
            for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
            try Data(try TIFFDocument.write([TextLikePage(heightPx: 120, seed: 1).bitmap()])).write(
                to: folder.appending(path: "one.tif"))
            let command = try JobCommand(words.split(separator: " ").map(String.init), in: folder)
            #expect(command.end() == status, "\(command.text)\(command.complaint)")
            let said = command.text + command.complaint
            #expect(said.contains(mark) && !said.contains("90210"), "\(said)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "made").path))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "list.csv.journal").path))
        }
    }
}
