using MispGraphSync;

using var signals = new Signals();
return await Tool.RunAsync(args, ToolHost.OfProcess(signals));
