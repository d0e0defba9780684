namespace Dependency;

public static class Answer
{
#if FIRST
    public static string Text => "first";
#else
    public static string Text => "second";
#endif
}
