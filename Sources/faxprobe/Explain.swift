import ArgumentParser
import FaxCore
import FaxReport
import Foundation
import T30Analyzer

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what a finding means: symptom, signature, cause and remedy from the failure catalogue.",
        discussion: """
            EXAMPLES
              faxprobe explain t38-refused          one failure mode
              faxprobe explain --list               all of them, and whether a rule looks for each
              faxprobe explain --list --layer B     those of one layer
              faxprobe explain --json ced-too-long  for programs

            LAYERS
              A  call set-up                      E  T.38 IFP behaviour
              B  SDP and T.38 negotiation         F  T.30
              C  transport                        G  gateways, ATAs, carriers, fallback
              D  audio pass-through

            EXIT STATUS
              0  told
              2  wrong usage, or no such id (the nearest ones are named)
            """)

    @Argument(help: ArgumentHelp("Id of a finding, as it stands in brackets behind its title.", valueName: "id"))
    var id: String?

    @Flag(help: "List the catalogue.") var list = false
    @Option(help: ArgumentHelp("Only failure modes of this layer, A to G, in the list.", valueName: "letter"))
    var layer: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        if id != nil, list || layer != nil { throw ValidationError("Give an id, or --list; not both.") }
        if let layer, Finding.Layer(rawValue: layer.uppercased()) == nil {
            throw ValidationError("'\(layer)' is no layer: give a letter from A to G.")
        }
    }

    func run() throws {
        guard let id else { return try tell(chosen, one: false) }
        guard let entry = FailureCatalogue.entry(id.lowercased()) else {
            let nearest = CatalogueLookup.nearest(to: id)
            Console.complain(
                "faxprobe: no failure mode '\(TerminalText.harmless(id))'"
                    + (nearest.isEmpty ? "; --list names all." : "; nearest: \(nearest.joined(separator: ", "))."))
            throw ExitCode(2)
        }
        try tell([entry], one: true)
    }

    private var chosen: [CatalogueEntry] {
        let wanted = layer.flatMap { Finding.Layer(rawValue: $0.uppercased()) }
        return FailureCatalogue.entries.filter { wanted == nil || $0.layer == wanted }
    }

    private func tell(_ entries: [CatalogueEntry], one: Bool) throws {
        if !one, !list, layer == nil { throw ValidationError("Name an id, or give --list.") }
        let output = StandardOutput(flushesEachTime: false)
        let text = CatalogueText(columns: Console.columns, usesColour: Console.usesColour)
        if json {
            let value = one ? entries.first.map(CatalogueDocument.entry) : CatalogueDocument.document(entries)
            output.write(JSONWriter.text(value ?? .null, style: .indented) + "\n")
        } else {
            output.write(one ? entries.map(text.entry).joined() : text.list(entries))
        }
        output.flush()
        if let failure = output.failure, failure != EPIPE {
            Console.complain("faxprobe: cannot write: \(String(cString: strerror(failure)))")
            throw ExitCode(3)
        }
    }
}
