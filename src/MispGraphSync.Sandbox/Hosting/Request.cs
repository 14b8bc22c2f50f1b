using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>One HTTP request, its body read to the end. <see cref="Path"/> is decoded and without the query.</summary>
internal sealed class Request(
    Service service, string method, string path, IQueryCollection query, IHeaderDictionary headers, ReadOnlyMemory<byte> body)
{
    public Service Service => service;

    public string Method => method;

    public string Path => path;

    public IQueryCollection Query => query;

    public IHeaderDictionary Headers => headers;

    public ReadOnlyMemory<byte> Body => body;

    public required Uri Origin { get; init; }

    /// <summary>Path parts, e.g. <c>["beta", "security", "tiIndicators"]</c>.</summary>
    public string[] Segments { get; } = path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public bool IsJson => headers.ContentType.ToString().StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    public string BodyText => Encoding.UTF8.GetString(body.Span);

    /// <summary>A query parameter, or null. ASP.NET ignores case here; the services do as well.</summary>
    public string? Parameter(string name) => query.TryGetValue(name, out StringValues value) ? value.ToString() : null;

    public static async Task<Request> ReadAsync(Service service, HttpContext http)
    {
        var length = http.Request.ContentLength;
        using var buffer = new MemoryStream(length is > 0 and < int.MaxValue ? (int)length : 0);
        if (length != 0) await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);

        return new Request(
            service,
            http.Request.Method,
            http.Request.Path.Value ?? "/",
            http.Request.Query,
            http.Request.Headers,
            buffer.GetBuffer().AsMemory(0, (int)buffer.Length))
        {
            Origin = new Uri($"{http.Request.Scheme}://{http.Request.Host}"),
        };
    }
}
