#pragma once

#include <string>

#include "lock/reply.h"
#include "service/fault.h"

namespace holdfast::api::http {
class Exchange;
}

namespace holdfast::api::terraform {

// {"error":"…"}; Terraform looks at the status alone.
int write_refusal(const service::Fault& fault, std::string& body);

// Answers with a refusal of the keeper: 423 and the LockInfo of who has the key, which the client reads, when
// that is the reason.
void tell_refused(http::Exchange& exchange, lock::Revision revision, const lock::Refused& refused);

// Answers that it was done, which needs no words.
void tell_done(http::Exchange& exchange, lock::Revision revision);

// The one or the other.
void tell_outcome(http::Exchange& exchange, lock::Revision revision, const lock::Reply& reply);

}  // namespace holdfast::api::terraform
