#include "news.hpp"

#include "amounts.hpp"
#include "describe.hpp"
#include "printable.hpp"

#include <variant>

namespace gnut {

namespace {

std::string closing(const gnutella::SessionClosed& closed) {
    std::string line = "session closed: " + describe(closed.session) + ": " + closed.reason.message();
    if (!closed.text.empty()) {
        line += " (" + printable(closed.text) + ')';
    }
    return line;
}

std::string query(const gnutella::QuerySeen& seen) {
    std::string line = "got a query for ";
    line += (seen.urn ? seen.urn->to_string() : '"' + printable(seen.text) + '"') + ": ";
    line += seen.answered == 0 ? "no answer here" : format_count(seen.answered, "answer");
    return line + ", passed on to " + format_count(seen.forwarded, "peer");
}

std::string source(const gnutella::SourceFailed& failed) {
    return printable(failed.name) + ": " + printable(failed.source.to_string()) + ": " + failed.error.message() +
           (failed.struck_off ? " (it is not asked again)" : "");
}

}  // namespace

std::optional<std::string> News::line_for(const gnutella::Event& event) {
    if (const auto* opened = std::get_if<gnutella::SessionOpened>(&event)) {
        return "session open: " + describe(opened->session);
    }
    if (const auto* closed = std::get_if<gnutella::SessionClosed>(&event)) {
        return closing(*closed);
    }
    if (const auto* failed = std::get_if<gnutella::JoinFailed>(&event)) {
        return "cannot join " + printable(failed->neighbour.to_string()) + ": " + failed->reason.message() +
               (failed->text.empty() ? "" : " (" + printable(failed->text) + ')') + "; it is tried again";
    }
    if (const auto* seen = std::get_if<gnutella::QuerySeen>(&event)) {
        return detail_ >= Detail::queries ? std::optional(query(*seen)) : std::nullopt;
    }
    if (const auto* upload = std::get_if<gnutella::UploadProgress>(&event)) {
        return line_for_upload(*upload);
    }
    if (const auto* failed = std::get_if<gnutella::SourceFailed>(&event)) {
        // One that is asked again may yet do what it should.
        return failed->struck_off || detail_ >= Detail::all ? std::optional(source(*failed)) : std::nullopt;
    }
    if (const auto* share = std::get_if<gnutella::ShareRead>(&event)) {
        return "sharing " + format_count(share->files, "file") + ", " + format_bytes(share->bytes) + " from " +
               printable(share->folder.string());
    }
    if (const auto* trouble = std::get_if<gnutella::Trouble>(&event)) {
        return printable(trouble->subject) + ": " + trouble->error.message();
    }
    return std::nullopt;  // hits and downloads: told by the command that asked for them
}

std::optional<std::string> News::line_for_upload(const gnutella::UploadProgress& upload) {
    const std::string what = printable(upload.name) + " to " + printable(upload.to.to_string());
    if (upload.ended) {
        uploads_.erase(upload.id);
        if (upload.error) {
            return "upload of " + what + " ended after " + format_bytes(upload.sent) + ": " + upload.error.message();
        }
        return "sent " + what + ": " + format_bytes(upload.sent);
    }
    if (uploads_.insert(upload.id).second) {
        return "sending " + what + ": " + format_bytes(upload.size);
    }
    return std::nullopt;
}

}  // namespace gnut
