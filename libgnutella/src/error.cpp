#include <gnutella/error.hpp>

#include <string>

namespace gnutella {

namespace {

const char* sentence(Error error) {
    switch (error) {
        case Error::not_started:
            return "the peer is not running; start it first";
        case Error::already_started:
            return "the peer has been started already";
        case Error::port_in_use:
            return "the port is in use by another program; choose another, or 0 for a free one";
        case Error::cannot_listen:
            return "cannot listen on this address and port; choose an address of this machine and a port over 1023";
        case Error::stopped:
            return "the peer was stopped before this was done";
        case Error::too_many_queries:
            return "too many searches are running; wait for one to end";
        case Error::bad_query:
            return "that is too long to search for, or no UTF-8; search for fewer words";
        case Error::cannot_resolve:
            return "the host name is not known; check its spelling, or use an address";
        case Error::cannot_connect:
            return "nothing listens there, or the host cannot be reached; check the host and the port";
        case Error::connect_timed_out:
            return "the host does not answer; check that it is up and that no firewall is in between";
        case Error::no_pong:
            return "connected, but no PONG came; what listens there may not be a Gnutella peer";
        case Error::connected_to_self:
            return "that is this very peer; name another one";
        case Error::already_connected:
            return "there is a session with this peer already; use that one";
        case Error::too_many_sessions:
            return "too many sessions are open; close one, or raise max_sessions";
        case Error::refused:
            return "the peer does not want this session; try another one";
        case Error::handshake_refused:
            return "the peer does not want this session, as it said in the handshake; try another one, or later";
        case Error::handshake_timed_out:
            return "connected, but the handshake was not done in time; what listens there may not be a Gnutella peer";
        case Error::not_gnutella:
            return "what listens there speaks none of the dialects that were tried; check the port, or try another "
                   "dialect";
        case Error::left:
            return "the neighbour said BYE; connect to another, or to this one later";
        case Error::lost:
            return "the connection was lost; connect again, or to another peer";
        case Error::silent:
            return "the neighbour no longer answers; connect again later, or to another peer";
        case Error::bad_message:
            return "what the neighbour sent is not a message of this protocol; connect to another peer";
        case Error::message_too_large:
            return "the neighbour sent a message that is too large; connect to another peer";
        case Error::queue_full:
            return "the neighbour reads too slowly; connect again when it has less to do";
        case Error::folder_missing:
            return "the folder is not there; check its name";
        case Error::not_a_folder:
            return "that is a file, not a folder; name the folder that holds it";
        case Error::folder_unreadable:
            return "the folder cannot be read; check its permissions";
        case Error::file_unreadable:
            return "the file cannot be read; check that it is there, and its permissions";
        case Error::file_changed:
            return "the file changed while it was read; try again when nobody writes to it";
        case Error::file_differs:
            return "it is not the file that the URN names; fetch it again";
        case Error::no_source:
            return "nobody is known to have the file; search for it first";
        case Error::source_lacks_file:
            return "the peer no longer shares the file; search again for others that do";
        case Error::source_busy:
            return "the peer has no free upload slot; try again later";
        case Error::source_timed_out:
            return "the peer stopped sending; try again";
        case Error::source_closed:
            return "the peer closed the connection before the end; try again";
        case Error::source_answer:
            return "the peer's answer makes no sense; try another one";
        case Error::size_mismatch:
            return "the peer's file does not have the size that was promised; search again";
        case Error::hash_mismatch:
            return "what came is not the file that was asked for, and was thrown away; try another peer";
        case Error::source_lied:
            return "the peer sent something else than the file, which was thrown away; try another peer";
        case Error::file_exists:
            return "a file of that name is there already; move it away, or choose another name";
        case Error::bad_file_name:
            return "that is not a plain file name; choose one without separators";
        case Error::disk_full:
            return "the disk is full; make room and try again";
        case Error::disk:
            return "the file cannot be written; check the folder and its permissions";
        case Error::state_unusable:
            return "the state folder cannot be used; check its permissions and its disk, or choose another";
        case Error::state_full:
            return "there is no room for the state, and nothing more is remembered; make room on this disk, or raise "
                   "max_state_size if it is set";
        case Error::state_damaged:
            return "the state was damaged and is kept here; another has begun, and shared files are hashed once more";
        case Error::wrong_key:
            return "the peer is not the one that offered the file; search again";
        case Error::quic_refused:
            return "the peer does not take a QUIC connection; try http, or another peer";
        case Error::identity_damaged:
            return "the key of this peer is damaged; move identity.key out of the state folder, and another is made";
        case Error::not_browsable:
            return "the peer does not show its files; search for them instead";
        case Error::download_active:
            return "this file is being downloaded to this folder already; wait for that, or choose another folder";
        case Error::download_not_kept:
            return "it is fetched, but would not go on after a restart, as the state folder cannot be written; make it "
                   "writable, and begin the download again";
        case Error::too_many_durable:
            return "it is fetched, but would not go on after a restart, as too many downloads are remembered already; "
                   "cancel some, or raise max_durable_downloads";
        case Error::tls_failed:
            return "the peer does not speak TLS as we do; connect without it";
        case Error::no_transport:
            return "no source offers the file over a transport that is allowed; allow another, or search again";
        case Error::downloader_closed:
            return "the downloader has closed the connection; it can ask again for the rest";
        case Error::downloader_idle:
            return "the downloader took nothing for too long; it can ask again for the rest";
    }
    return "unknown error";
}

class Category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "gnutella"; }
    std::string message(int value) const override { return sentence(static_cast<Error>(value)); }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace gnutella
