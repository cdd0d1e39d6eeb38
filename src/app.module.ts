import { type DynamicModule, Module } from '@nestjs/common';

/** The application: whatever modules this process's roles need, each handed its ready-made parts. */
@Module({})
export class AppModule {
  static forRoot(modules: readonly DynamicModule[]): DynamicModule {
    return { module: AppModule, imports: [...modules] };
  }
}
