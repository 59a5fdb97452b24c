#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <type_traits>

namespace gnutella {

/// Asio's and the library's error type: a number and the category that gives it meaning.
using error_code = boost::system::error_code;

/// Everything that can go wrong here and has a name. Each has one meaning, and `message()` says it in a sentence that
/// tells a person what to do. An operation that was cancelled gives boost::asio::error::operation_aborted instead.
enum class Error {
    // the node itself
    not_started = 1,   ///< the Peer was not started, or has been stopped
    already_started,   ///< async_start was called twice
    port_in_use,       ///< another program listens on the port
    cannot_listen,     ///< the address or port cannot be listened on (no such address, or no permission)
    stopped,           ///< the Peer was stopped while the operation was under way
    too_many_queries,  ///< Settings::max_local_queries searches are running
    bad_query,         ///< what is searched for is no text that can be asked for: over 1,024 bytes, or not UTF-8

    // reaching a neighbour
    cannot_resolve,       ///< the host name does not resolve
    cannot_connect,       ///< nothing listens there, or the host cannot be reached
    connect_timed_out,    ///< no TCP connection within Settings::connect_timeout
    no_pong,              ///< connected, but no PONG within Settings::handshake_timeout
    connected_to_self,    ///< the far end is this very node
    already_connected,    ///< a session with that peer is open already
    too_many_sessions,    ///< Settings::max_sessions are open
    refused,              ///< the far end said BYE instead of PONG
    handshake_refused,    ///< the far end did not take our Gnutella 0.6 handshake; the event says its reason
    handshake_timed_out,  ///< no whole handshake within Settings::gnutella_handshake_timeout
    not_gnutella,         ///< what answers there speaks none of the dialects that were tried
    left,                 ///< the far end said BYE
    lost,                 ///< the connection ended without BYE
    silent,               ///< two PINGs in a row were not answered
    bad_message,          ///< what came is not a message of the dialect
    message_too_large,    ///< a message is over Settings::max_message_size
    queue_full,           ///< the far end reads too slowly for what it must be told

    // sharing
    folder_missing,     ///< a folder to be shared is not there
    not_a_folder,       ///< what is to be shared is not a folder
    folder_unreadable,  ///< a folder to be shared cannot be read
    file_unreadable,    ///< a file cannot be read
    file_changed,       ///< a file changed while it was read
    file_differs,       ///< a file is not what the URN names that it was compared with

    // fetching
    no_source,          ///< the download was given no peer to fetch from
    source_lacks_file,  ///< the source does not share the file (404)
    source_busy,        ///< the source has no free upload slot (503)
    source_timed_out,   ///< the source sent nothing within Settings::transfer_timeout
    source_closed,      ///< the source closed the connection before the end
    source_answer,      ///< the source's answer is not HTTP, or not the range that was asked for
    size_mismatch,      ///< the source's file has another size than its hit said
    hash_mismatch,      ///< what came does not have the hash that was asked for
    source_lied,        ///< the source sent a block that is not the file's, as its Tiger tree shows
    file_exists,        ///< a file of that name is there already, and is not overwritten
    bad_file_name,      ///< a name that is not one of a plain file: empty, "..", or with a separator
    disk_full,          ///< no room left where the file is written
    disk,               ///< a file cannot be written
    state_unusable,     ///< the state folder or its database cannot be used
    state_full,         ///< no room left on the state folder's disk, or up to Settings::max_state_size
    state_damaged,      ///< the database of the state folder was damaged: it was moved aside, and another begun
    wrong_key,          ///< the far end of an encrypted connection has another key than the hit says
    quic_refused,       ///< the far end did not take the QUIC connection
    identity_damaged,   ///< the key in the state folder cannot be read
    not_browsable,      ///< the peer does not give a list of its files
    download_active,    ///< the same file is being downloaded to the same place by another download or program
    download_not_kept,  ///< a durable download could not be written to the state folder
    too_many_durable,   ///< Settings::max_durable_downloads are remembered; one more goes on until the Peer is stopped
    tls_failed,         ///< what the far end says over TCP is not TLS, or TLS that cannot be agreed on
    no_transport,       ///< the download's sources offer none of Settings::transports
    downloader_closed,  ///< who was sent a file closed the connection before the end
    downloader_idle,    ///< who was sent a file took nothing of it for Settings::transfer_timeout
};

/// The category of gnutella::Error; its name is "gnutella".
const boost::system::error_category& error_category() noexcept;

/// What makes an error_code of an Error by itself.
inline error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), error_category()};
}

}  // namespace gnutella

namespace boost::system {

template <>
struct is_error_code_enum<gnutella::Error> : std::true_type {};

}  // namespace boost::system
