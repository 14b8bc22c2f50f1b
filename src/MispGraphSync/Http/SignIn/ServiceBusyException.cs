using System.Net;
using System.Net.Http.Headers;

namespace MispGraphSync.Http.SignIn;

/// <summary>A service on the way to a credential is only busy (429 or 5xx): another attempt may fare better.</summary>
/// <param name="after">What it asks to wait; null: it does not say.</param>
internal sealed class ServiceBusyException(string service, HttpStatusCode status, RetryConditionHeaderValue? after)
    : Exception($"{service} is busy ({(int)status}).")
{
    public RetryConditionHeaderValue? After => after;
}
