#include "transfer/browse_listing.hpp"

#include "transfer/request_target.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory_resource>
#include <utility>

namespace gnutella::transfer {

namespace {

// Of the names in one Query Hit: what follows of each is far shorter, and programs take messages of 64 KiB.
constexpr std::size_t max_hit_names = 24 * 1024;

std::string listing_extensions() {
    wire::HitExtensions extensions;
    extensions.can_be_browsed = true;
    return wire::write_hit_extensions(extensions, {});
}

// What stands for a letter that markup is made of.
std::string_view reference_to(char letter) {
    switch (letter) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        default:
            return "&#39;";
    }
}

}  // namespace

BrowseListing::BrowseListing(const BrowseRequest& request, Owner owner, const Guid& id)
    : form_(request.form),
      chunks_(request.chunks),
      owner_(std::move(owner)),
      id_(id),
      extensions_(listing_extensions()) {
    if (request.coding == BrowseRequest::Coding::deflate) {
        deflater_.emplace();
    }
}

void BrowseListing::begin(std::string& to) {
    if (form_ == BrowseRequest::Form::page) {
        plain_ += "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Shared files</title></head>\n<body><h1>";
        plain_ += escape_html(owner_.agent);
        plain_ += "</h1>\n<ul>\n";
    }
    pass_on(Ending::more_follows, to);
}

void BrowseListing::add(std::span<const ListedFile> files, std::string& to) {
    if (form_ == BrowseRequest::Form::page) {
        add_lines(files);
        files = {};
    }
    while (!files.empty()) {
        std::size_t count = 0;
        for (std::size_t names = 0; count < std::min(files.size(), files_at_once); ++count) {
            names += files[count].name.size();
            if (count > 0 && names > max_hit_names) {
                break;
            }
        }
        add_packet(files.first(count));
        files = files.subspan(count);
    }
    pass_on(Ending::more_follows, to);
}

void BrowseListing::end(std::string& to) {
    if (form_ == BrowseRequest::Form::page) {
        plain_ += "</ul></body></html>\n";
    }
    pass_on(Ending::last, to);
}

void BrowseListing::add_packet(std::span<const ListedFile> files) {
    std::pmr::monotonic_buffer_resource memory;
    wire::QueryHit hit;
    hit.from.address = owner_.address;
    hit.from.port = owner_.port;
    hit.has_file = true;
    hit.peer = owner_.servent;
    hit.results = std::pmr::vector<wire::Result>(&memory);
    hit.results.reserve(files.size());
    for (const ListedFile& file : files) {
        wire::Result& result = hit.results.emplace_back();
        result.name = file.name;
        result.size = file.size;
        result.urn = file.urn;
        result.index = static_cast<std::uint32_t>(file.id);
    }
    hit.extensions = extensions_;
    const wire::Frame frame = wire::encode_binary({id_, 1, 0}, hit);
    plain_ += frame.bytes();
}

void BrowseListing::add_lines(std::span<const ListedFile> files) {
    for (const ListedFile& file : files) {
        plain_ += "<li><a href=\"";
        plain_ += target_of(IndexedFile{static_cast<std::uint32_t>(file.id), file.name});  // without a quote in it
        plain_ += "\">";
        plain_ += escape_html(file.name);
        plain_ += "</a> ";
        plain_ += std::to_string(file.size);
        plain_ += "</li>\n";
    }
}

void BrowseListing::pass_on(Ending ending, std::string& to) {
    std::string* body = &plain_;
    if (deflater_) {
        packed_.clear();
        deflater_->add(plain_, packed_);
        if (ending == Ending::last) {
            deflater_->finish(packed_);
        }
        body = &packed_;
    }
    if (chunks_ == HttpRequest::Chunks::unknown) {
        to += *body;
    } else if (!body->empty()) {  // an empty chunk would be the last
        std::array<char, 24> size{};
        const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", body->size());
        to.append(size.data(), static_cast<std::size_t>(digits));
        to += *body;
        to += "\r\n";
    }
    if (chunks_ == HttpRequest::Chunks::understood && ending == Ending::last) {
        to += "0\r\n\r\n";
    }
    plain_.clear();
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    while (!text.empty()) {
        const std::size_t plain = std::min(text.find_first_of("&<>\"'"), text.size());
        escaped += text.substr(0, plain);
        text.remove_prefix(plain);
        if (!text.empty()) {
            escaped += reference_to(text.front());
            text.remove_prefix(1);
        }
    }
    return escaped;
}

}  // namespace gnutella::transfer
