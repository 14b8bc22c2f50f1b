using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Most tests have one source.</summary>
internal static class OnlySource
{
    extension(AppSettings settings)
    {
        public MispSettings Misp => Assert.Single(settings.Sources);
    }
}
