import ArgumentParser

struct Server: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Drive a fax server, and check its word against the fax.",
        discussion: """
            SERVER is an address: hylafax://fax@192.0.2.1:4559, gofaxserver://, ictcore://user@192.0.2.1/api (both also with
            +https), asterisk://, asterisk-spool:///var/spool/asterisk/outgoing (call files) or freeswitch://. Its password
            comes from --server-password-file or from FAXPROBE_SERVER_PASSWORD, is tried once, and is never written anywhere.

            check: the server sends a fax to our endpoint. receive: our endpoint sends a fax to the server. Both hold three views
            against each other: what the server says, what our endpoint saw, and what the record of the packets shows.
            A disagreement is a finding. docs/servers.md tells what is spoken with which server.

            EXAMPLES
              faxprobe server check hylafax://fax@127.0.0.1 page.pdf --number 200 --listen 127.0.0.1:5060 --dir inbox
              faxprobe server receive hylafax://fax@127.0.0.1 page.pdf --to sip:200@192.0.2.1 --record call.pcapng
              faxprobe server check asterisk://admin@192.0.2.1 page.pdf --number 200 --dir inbox \\
                --dial 'PJSIP/{number}@probe' --share /var/spool/asterisk/probe
              faxprobe server check asterisk-spool:///var/spool/asterisk/outgoing page.pdf --number 200 --dir inbox \\
                --dial 'PJSIP/{number}@probe' --share /var/spool/asterisk/probe
              faxprobe server receive gofaxserver://tenant@192.0.2.1 page.pdf --to sip:200@192.0.2.1 \\
                --webhook 192.0.2.7:8081
              faxprobe server send hylafax://fax@192.0.2.1 page.pdf --number 5551234
              faxprobe server status hylafax://fax@192.0.2.1 17
              faxprobe server cancel hylafax://fax@192.0.2.1 17

            EXIT STATUS
              0  confirmed: all views are of one whole fax (send: the server says so; status, cancel: done)
              1  it is not
              2  wrong usage
              3  the server does not answer or refuses the login; no port, no folder, no document
            """,
        subcommands: [
            ServerCheckCommand.self, ServerReceive.self, ServerSend.self, ServerStatus.self, ServerCancel.self,
        ]
    )
}
