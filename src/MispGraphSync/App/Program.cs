using MispGraphSync.App;
using MispGraphSync.Commands;

using var signals = new Cancellation();
return await Tool.RunAsync(args, ToolHost.OfProcess(signals));
