using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>
/// The one middleware: journal, latency, faults, service, answer, in this order. The journal has the status before
/// the client has the answer, so that a test may look as soon as its call returns.
/// </summary>
internal sealed class Front(
    TimeProvider time, Journal journal, Faults faults, IReadOnlyDictionary<Service, IService> services)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http, http.Features.Get<ListenedBy>()!.Service);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            http.Abort(); // the client went away, or the sandbox stops
        }
    }

    private async Task AnswerAsync(HttpContext http, Service name)
    {
        var aborted = http.RequestAborted;
        var service = services[name];
        var request = await Request.ReadAsync(name, http);
        if (name == Service.Control)
        {
            await Reply.SendAsync(http, service.Handle(request), time.GetUtcNow());
            return;
        }

        var headers = request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var seen = new SeenRequest(request.Body)
        {
            Number = journal.NextNumber(),
            Service = name,
            Method = request.Method,
            Path = http.Request.GetEncodedPathAndQuery(),
            Time = time.GetUtcNow(),
            Headers = headers,
        };
        journal.Add(seen);
        if (faults.Latency(name) is { Ticks: > 0 } latency) await Task.Delay(latency, aborted);

        Answer answer;
        try
        {
            answer = await HandleAsync(request, seen, service, aborted);
        }
        catch (NoFactException unknown)
        {
            seen.Fault = unknown.Message;
            answer = unknown.Answer;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            // No service responds like this: the test has found a bug in the sandbox, not in the tool.
            seen.Fault = $"bug: {bug}";
            answer = new Answer(500) { ContentType = "text/plain", Body = Encoding.UTF8.GetBytes($"The sandbox itself failed. {bug}") };
        }

        seen.Status = answer.Reset ? null : answer.Status;
        journal.Answered(seen);
        await Reply.SendAsync(http, answer, time.GetUtcNow() + faults.Clock(name));
    }

    private async ValueTask<Answer> HandleAsync(Request request, SeenRequest seen, IService service, CancellationToken aborted)
    {
        var striking = faults.For(seen);
        if (striking.Count > 0) seen.Fault = string.Join(" + ", striking);
        foreach (var fault in striking)
        {
            if (await fault.BeforeAsync(service, aborted) is { } instead) return instead;
        }

        var answer = service.Handle(request);
        foreach (var fault in striking) answer = await fault.AfterAsync(service, answer, aborted);
        return answer;
    }
}
